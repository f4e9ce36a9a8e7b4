"""Who may push to Amazon's registry (ECR): a password for twelve hours, had by the machine's AWS credentials."""

import base64
import re

from mailroom.model_image.errors import RegistryFailed
from mailroom.model_image.registries import Credentials, host_of

_HOST = re.compile(r"[0-9]{12}\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidSignatureException"})


def credentials_of(repository: str) -> Credentials | None:
    """Credentials for a repository in ECR; None for any other registry, which `docker login` knows of.

    Raises:
        RegistryFailed: AWS's credentials are missing, expired or may not.
    """
    found = _HOST.fullmatch(host_of(repository))
    return _login(found["region"]) if found else None


def _login(region: str) -> Credentials:
    try:
        import boto3  # noqa: PLC0415 - other registries need none
        from botocore.exceptions import (  # noqa: PLC0415
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            PartialCredentialsError,
        )
    except ImportError as error:
        raise RegistryFailed("AWS's library is not installed: install Mailroom's extra `image`") from error

    try:
        answer = boto3.Session(region_name=region).client("ecr").get_authorization_token()
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise RegistryFailed(
            "no AWS credentials: log in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID with its secret"
        ) from error
    except ClientError as error:
        raise RegistryFailed(_refused(str(error.response.get("Error", {}).get("Code", "")))) from error
    except BotoCoreError as error:
        raise RegistryFailed(f"AWS cannot be asked for a password of ECR in {region}: {error}") from error
    name, _, password = base64.b64decode(answer["authorizationData"][0]["authorizationToken"]).partition(b":")
    return {"username": name.decode(), "password": password.decode()}


def _refused(code: str) -> str:
    if code in _EXPIRED:
        return f"AWS's credentials have expired ({code}): log in again (`aws sso login`), then repeat the release"
    return f"AWS gives no password for ECR ({code}): the credentials need ecr:GetAuthorizationToken"
