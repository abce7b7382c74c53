"""Kernels forked from a process that has imported what is slow to import: each starts in half a second.

Only packages of others are imported beforehand. What is imported of csdlib is what the record of a run is about, and it
may be edited between two builds.
"""

import atexit
import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from multiprocessing import get_all_start_methods, get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar, cast

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

#: What chapters import of other packages and that takes long; each kernel has one thread.
SLOW = ["book.kernel.one_thread", "torch", "torchvision.transforms.v2", "transformers", "open_clip", "accelerate"]
SLOW += ["diffusers.pipelines.stable_diffusion", "faiss", "pandas", "plotly.graph_objects", "scipy.stats"]
SLOW += ["sklearn.neighbors", "ipykernel.kernelapp"]

CAN_FORK = "forkserver" in get_all_start_methods()

#: Where runs come from: forked from a process that has no threads, or started anew where nothing can be forked.
processes: Any = get_context("forkserver" if CAN_FORK else "spawn")
#: Where their kernels come from.
forks: Any = get_context("fork" if CAN_FORK else None)


@contextmanager
def forked_kernel() -> Iterator[None]:
    """Within, the kernel that this process starts is a fork of what it is now: it must not have threads yet."""
    orders, sender = forks.Pipe(duplex=False)
    process = forks.Process(target=_kernel, args=(orders, sender))
    process.start()
    orders.close()
    factory = KernelProvisionerFactory.instance()
    factory.provisioners["forked"] = EntryPoint("forked", f"{__name__}:Forked", factory.GROUP_NAME)
    factory.default_provisioner_name = "forked"
    Forked.waiting = process, sender
    try:
        yield
    finally:
        # A kernel that nobody has asked for hears of it, and ends.
        sender.close()


class Forked(LocalProvisioner):
    """Makes a kernel of the process that waits for it, and otherwise treats it like any other on this machine."""

    waiting: ClassVar[tuple[Any, Any]]

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel that the command would start.

        Args:
            cmd: Python, its options, and the arguments of the kernel from ``-f`` on.
            kwargs: the kernel's environment and working directory, among others.
        """
        process, sender = self.waiting
        self.cwd = kwargs.get("cwd") or str(Path.cwd())
        sender.send((cmd[cmd.index("-f") :], kwargs["env"], self.cwd))
        self.process = cast(Any, _Popen(process))
        self.pid = process.pid
        return self.connection_info


class _Popen:
    """A forked process with the face of ``subprocess.Popen``, as far as a provisioner asks for it."""

    stdin = stdout = stderr = None

    def __init__(self, process: Any) -> None:
        self._process, self.pid = process, process.pid

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


def _kernel(orders: Any, sender: Any) -> None:
    """The kernel's process; until it is asked for, it waits."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sender.close()
    try:
        arguments, environment, folder = orders.recv()
    except EOFError:
        return
    end_with_the_parent(signal.SIGKILL)
    # What was imported stays, and is shared with the other kernels: looking for garbage in it would copy it.
    gc.freeze()
    # Handlers that libraries made when they were imported write to the terminal; without them, to the page.
    for library in ("accelerate", "diffusers", "transformers"):
        logging.getLogger(library).handlers.clear()
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
