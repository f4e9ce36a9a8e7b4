"""Servers for tests, each on a free port of the loopback, gone with the test session."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import boto3
import psycopg
from moto.server import ThreadedMotoServer
from py4j.java_gateway import JavaGateway

from mailroom.embedded.jars import locked, provide
from mailroom.embedded.java import find_java
from mailroom.embedded.ports import any_free

HOST = "127.0.0.1"
SECONDS = 240.0


class Postgres:
    """PostgreSQL as Debian packages it. It refuses to run as root, and then runs as the package's own user."""

    user = "reader"
    password = "not:the/default@one"  # noqa: S105 - of a server that lives for a minute

    def __enter__(self) -> Self:
        self.port = any_free()
        self._folder = Path(tempfile.mkdtemp(prefix="mailroom-postgres-"))
        self._as = "postgres" if os.geteuid() == 0 else None
        if self._as:
            os.chown(self._folder, pwd.getpwnam(self._as).pw_uid, -1)
        secret = self._folder / "secret"
        secret.write_text(self.password)
        secret.chmod(0o644)
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-U", self.user, "-A", "scram-sha-256", "--pwfile", str(secret), "-N")
        options = ["-c", f"listen_addresses={HOST}", "-c", "fsync=off", "-k", str(self._folder)]
        command = [self._program("postgres"), "-D", data, "-p", str(self.port), *options]
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(command, user=self._as, stdout=self._log, stderr=self._log, cwd="/")
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=SECONDS)
        self._log.close()
        shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        """For JDBC, without user and password."""
        return f"jdbc:postgresql://{HOST}:{self.port}/postgres"

    def execute(self, statement: str, rows: list[tuple[Any, ...]] | None = None) -> None:
        """Run a statement once, or once for each row."""
        with self._connect() as connection, connection.cursor() as cursor:
            if rows is None:
                cursor.execute(statement.encode())
            else:
                cursor.executemany(statement.encode(), rows)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with self._connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def _connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            host=HOST, port=self.port, user=self.user, password=self.password, dbname="postgres"
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._program(program), *arguments], user=self._as, check=True, capture_output=True, cwd="/"
        )

    def _program(self, name: str) -> str:
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        return str(found[-1]) if found else name


class Mongo:
    """`mongo-java-server` in memory, in a JVM of its own: its `main` knows no port but MongoDB's own."""

    def __enter__(self) -> Self:
        jars = os.pathsep.join(map(str, provide(locked("mongo-java-server"))))
        self._gateway = JavaGateway.launch_gateway(
            classpath=jars,
            die_on_exit=True,
            java_path=str(find_java().path),
            redirect_stderr=subprocess.DEVNULL,
        )
        backend = self._gateway.jvm.de.bwaldvogel.mongo.backend.memory.MemoryBackend()
        self._server = self._gateway.jvm.de.bwaldvogel.mongo.MongoServer(backend)
        self.port = self._server.bind().getPort()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdownNow()
        process = self._gateway.java_process
        self._gateway.shutdown()
        process.stdin.close()
        process.wait(timeout=SECONDS)

    @property
    def uri(self) -> str:
        """How clients reach it."""
        return f"mongodb://{HOST}:{self.port}"


class S3Server:
    """A moto server, which speaks S3's protocol, with one bucket; servers of one process share all they hold."""

    key = "an-access-key"
    secret = "a-secret-key"  # noqa: S105 - of a server that asks nobody for it

    def __init__(self) -> None:
        self.bucket = f"documents-{uuid.uuid4().hex[:12]}"

    def __enter__(self) -> Self:
        self._server = ThreadedMotoServer(HOST, 0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="eu-central-1",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
        )
        self.client.create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        with suppress(OSError):
            self._server.stop()

    def settings(self) -> dict[str, Any]:
        """The section `s3` of a source that reads from here."""
        return {
            "endpoint": self.endpoint,
            "region": "eu-central-1",
            "path_style": True,
            "access_key": self.key,
            "secret_key": self.secret,
        }

    def put(self, name: str, content: bytes) -> str:
        """Store an object; gives its URL."""
        self.client.put_object(Bucket=self.bucket, Key=name, Body=content)
        return f"s3://{self.bucket}/{name}"
