"""Topics: records of other systems, mapped onto documents."""
