"""What the product knows, the docs explain."""

from interpreter.finding import Code
from tests.house.tree import ROOT


def test_every_finding_code_is_explained() -> None:
    text = (ROOT / "docs" / "findings.md").read_text()
    assert [code.value for code in Code if f"`{code.value}`" not in text] == []
