"""`python -m departments VERB`: the verbs without the other parts, as a container and the local runtime run them."""

from departments.commands import app
from mailroom.terminal import run

if __name__ == "__main__":
    run(app)
