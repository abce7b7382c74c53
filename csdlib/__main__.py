"""``python -m csdlib`` is the command line, too: so ``accelerate launch -m csdlib`` can start it."""

from csdlib.cli import app

if __name__ == "__main__":
    app()
