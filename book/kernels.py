"""Kernels forked from a process that has imported what is slow to import: each starts in half a second.

Only packages of others are imported beforehand. What is imported of csdlib is what the record of a run is about, and it
may be edited between two builds.
"""

import atexit
import os
import signal
import sys
from importlib.metadata import EntryPoint
from multiprocessing import get_all_start_methods, get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

#: What chapters import of other packages and that takes long; each kernel has one thread.
SLOW = ["book.kernel.one_thread", "torch", "torchvision.transforms.v2", "transformers", "open_clip", "accelerate"]
SLOW += ["diffusers.pipelines.stable_diffusion", "faiss", "pandas", "plotly.graph_objects", "scipy.stats"]
SLOW += ["sklearn.neighbors", "ipykernel.kernelapp"]

CAN_FORK = "forkserver" in get_all_start_methods()

#: Where processes come from: forked from one that has no threads, or started anew where nothing can be forked.
processes: Any = get_context("forkserver" if CAN_FORK else "spawn")


def fork_kernels() -> None:
    """From now on, whoever starts a kernel in this process gets a forked one."""
    factory = KernelProvisionerFactory.instance()
    factory.provisioners["forked"] = EntryPoint("forked", f"{__name__}:Forked", factory.GROUP_NAME)
    factory.default_provisioner_name = "forked"


class Forked(LocalProvisioner):
    """Launches a kernel as a fork, and otherwise treats it like any other on this machine."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel that the command would start.

        Args:
            cmd: Python, its options, and the arguments of the kernel from ``-f`` on.
            kwargs: the kernel's environment and working directory, among others.
        """
        process: Any = _Process(cmd[cmd.index("-f") :], kwargs["env"], kwargs.get("cwd") or Path.cwd())
        self.process, self.pid = process, process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info


class _Process:
    """A forked kernel with the face of ``subprocess.Popen``, as far as a provisioner asks for it."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], environment: dict[str, str], folder: Path) -> None:
        self._process = processes.Process(target=_kernel, args=(arguments, environment, folder))
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        code: int | None = self._process.exitcode
        return code

    def wait(self) -> int | None:
        self._process.join()
        return self.poll()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _kernel(arguments: list[str], environment: dict[str, str], folder: Path) -> None:
    """The kernel's process."""
    end_with_the_parent(signal.SIGKILL)
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    from ipykernel.kernelapp import launch_new_instance

    # A new interpreter would have run it.
    from book.kernel import sitecustomize  # noqa: F401

    sys.argv = ["ipykernel_launcher", *arguments]
    try:
        launch_new_instance(argv=arguments)
    finally:
        # A forked process ends without them, and joblib's workers would outlive their kernel.
        atexit._run_exitfuncs()


def end_with_the_parent(number: int) -> None:
    """This process gets a signal when the one that asked for it ends, even by a kill."""
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), number)

    Thread(target=wait, daemon=True).start()
