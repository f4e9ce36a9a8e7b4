"""The mailbox door: nothing lost or doubled while it is killed, and its pace."""
