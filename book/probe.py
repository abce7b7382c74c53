"""What a kernel tells about itself when its chapter has run."""


def facts() -> dict[str, object]:
    """Device, peak memory and versions.

    The driver sends this function's source to the kernel, so it stands on its own, and it asks only what is imported
    already: importing torch takes seconds.

    Returns:
        device (text), peak_mb (10^6 bytes) and versions (package -> version).
    """
    import os
    import platform
    import sys
    from importlib import metadata
    from pathlib import Path

    versions = {"python": platform.python_version()}
    for name in ("csdlib", "torch", "numpy"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.max_memory_allocated():
        device = torch.cuda.get_device_name()
    else:
        threads = os.environ.get("OMP_NUM_THREADS") or os.cpu_count()
        device = f"CPU ({platform.machine()}), threads: {threads}"
    status = Path("/proc/self/status")
    if status.exists():
        # On Linux ru_maxrss starts at the parent's size; VmHWM is the process's own.
        peak = next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    else:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"device": device, "peak_mb": peak / 1e6, "versions": versions}
