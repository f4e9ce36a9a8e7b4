"""`python -m console`: the console without the other parts, as a container and the local runtime run it."""

from console.serving import Request, run
from mailroom.terminal import run as run_to_end

if __name__ == "__main__":
    run_to_end(lambda: run(Request()))
