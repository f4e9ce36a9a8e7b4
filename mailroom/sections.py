"""What every group of settings is made of."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of settings: frozen, and an unknown name is an error rather than silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")
