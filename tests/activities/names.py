"""A name server of the tests."""

from ipaddress import ip_address

from activities.kit.address_rules import Address


class FakeResolver:
    """Answers for each name what a test says: one list, or one after the other."""

    def __init__(self, **names: list[str] | list[list[str]]) -> None:
        self.names = names
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        told = self.names.get(host.replace(".", "_").replace("-", "_"))
        if not told:
            raise OSError("unknown")
        answer = told.pop(0) if len(told) > 1 and isinstance(told[0], list) else told[0] if isinstance(told[0], list) else told
        return [ip_address(address) for address in answer]

    def close(self) -> None:
        return
