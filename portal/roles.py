"""placeholder"""


def grant_roles(**kwargs):
    pass
