"""Imported before anything that computes: libraries read these variables once, when they are loaded."""

import os

THREADS = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"]

os.environ.update(dict.fromkeys(THREADS, "1"))
