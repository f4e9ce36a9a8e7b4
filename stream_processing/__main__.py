"""`python -m stream_processing`: the stage as a process."""

from mailroom.terminal import run
from stream_processing.starting import serve

if __name__ == "__main__":  # Flink's Python workers import this module under another name
    run(serve)
