"""`python -m ingest DOOR`: a door without the other parts, as a container and the local runtime run it."""

from ingest.receiving.commands import app
from mailroom.terminal import run

if __name__ == "__main__":
    run(app)
