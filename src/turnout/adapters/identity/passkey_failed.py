"""Apart from `passkeys`, whose library is only loaded when somebody uses one."""


class PasskeyFailed(Exception):
    """The answer does not prove what it should."""
