from pathlib import Path

from mailroom.embedded.services import Folders, all_services, environment


def test_the_console_uploads_by_the_door_of_its_own_system(tmp_path: Path) -> None:
    """What a person starts has both, at addresses of this machine that stay the same."""
    folders = Folders(tmp_path, tmp_path)
    settings = environment(folders, "127.0.0.1:9", tmp_path / "package", None)
    first, second = ({service.name: service for service in all_services(folders, settings)} for _ in range(2))
    assert list(first) == ["flink", "classifier", "http", "departments", "console"]
    console = first["console"]
    assert console.environment["MAILROOM_CONSOLE__UPLOAD_URL"] == first["http"].address
    assert console.address == f"http://127.0.0.1:{console.environment['MAILROOM_CONSOLE__PORT']}"
    assert console.address == second["console"].address != first["http"].address
    assert "127.0.0.1:9" in first["departments"].command
