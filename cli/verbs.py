"""The verbs of the command line: where each is defined, and its one-line help.

A verb lives beside the code of its part; this table is all that is read to print `mailroom --help`, so that
asking for help never imports TensorFlow, Spark or Flink.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: `path` is `module:function` (a Typer-style function) or `module:app` (a Typer app)."""

    name: str
    path: str
    help: str


VERBS: tuple[Verb, ...] = (
    Verb("demo", "mailroom.demo.commands:demo", "Run a finished demonstration: documents in, labels out."),
    Verb("up", "mailroom.embedded.commands:up", "Start the system on this machine and stay."),
    Verb("down", "mailroom.embedded.commands:down", "Stop the system that `up` started."),
    Verb("status", "mailroom.embedded.commands:status", "What runs, where it listens, where it logs."),
    Verb(
        "doctor", "mailroom.embedded.commands:doctor", "What is missing on this machine, and how to mend it."
    ),
    Verb("topics", "mailroom.embedded.commands:topics", "Create the topics that a broker lacks."),
    Verb("send", "ingest.commands:send", "Put documents in: files, folders, globs or standard input."),
    Verb(
        "watch-folder", "ingest.commands:watch_folder", "Send every file that is dropped into a folder, once."
    ),
    Verb("receive", "ingest.receiving.commands:app", "Doors that stay open: mailboxes and more."),
    Verb("departments", "departments.commands:app", "Desks: write labels to their database, tell them."),
    Verb(
        "deliveries",
        "departments.delivery.commands:app",
        "What desks are told: list it, send it again by hand.",
    ),
    Verb("console", "console.commands:console", "Open the web page over the desks."),
    Verb("accounts", "console.accounts.commands:app", "Accounts of the console: add, list, disable."),
    Verb("keys", "mailroom.access.commands:app", "API keys of what listens: create, list, revoke."),
    Verb("watch", "mailroom.following.commands:watch", "Follow the labels as they come."),
    Verb(
        "dead-letters",
        "mailroom.dead_letters.commands:app",
        "Documents that failed: list, show, redrive once the cause is mended.",
    ),
    Verb(
        "review",
        "departments.review.commands:review",
        "Review documents in this terminal, a key for each act.",
    ),
    Verb("originals", "cli.originals:app", "The store of originals: clean it."),
    Verb("samples", "samples.commands:samples", "Generate labelled documents."),
    Verb("train", "training.commands:train", "Train a kernel and write a model package."),
    Verb("evaluate", "training.commands:evaluate", "Measure a model package on labelled documents."),
    Verb("adapt", "training.commands:adapt", "Teach a package by a few corrected documents."),
    Verb("init", "training.starter.commands:init", "Make a repository for your own kernels."),
    Verb(
        "package", "mailroom.model_image.commands:package", "Build a container that serves a model package."
    ),
    Verb("gate", "training.gate.commands:gate", "Decide whether a package may replace the champion."),
    Verb(
        "release",
        "training.release.commands:release",
        "Build, judge, push and record a package: the next champion.",
    ),
    Verb("models", "training.models.commands:app", "Registered models: list, show, trace, promote, verify."),
    Verb("serve", "classifier_service.rest.commands:serve", "Label documents over HTTP."),
    Verb("classify", "cli.classify:classify", "Label documents of any number: files, folders, tables."),
    Verb(
        "classify-stream",
        "classifier_service.commands:classify_stream",
        "Label documents from Kafka to Kafka.",
    ),
    Verb("stream", "stream_processing.commands:stream", "Run the Flink job that cleanses and routes."),
)
