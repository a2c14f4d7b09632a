"""A definition in, findings out: everything that can be wrong before a run begins."""

from dataclasses import dataclass

from interpreter.catalog import Catalog
from interpreter.checks.edges import check_edges
from interpreter.checks.express import check_express
from interpreter.checks.nodes import check_nodes
from interpreter.checks.reading import read_definition
from interpreter.checks.references import check_references
from interpreter.checks.scopes import Scopes, check_scopes
from interpreter.checks.settings import check_settings
from interpreter.checks.topology import check_topology
from interpreter.definition import Definition
from interpreter.expressions import RegexCheck
from interpreter.finding import Finding, errors_of
from interpreter.json_value import Json


@dataclass(frozen=True)
class Checked:
    """A definition as far as it could be read, and what is wrong with it."""

    definition: Definition | None
    findings: list[Finding]

    @property
    def publishable(self) -> bool:
        return self.definition is not None and not errors_of(self.findings)


def check(raw: Json, catalog: Catalog, regex_check: RegexCheck | None = None) -> Checked:
    """Reads and validates the JSON of a definition."""
    definition, findings = read_definition(raw)
    if definition is None:
        return Checked(None, findings)
    return Checked(definition, validate(definition, catalog, regex_check))


def validate(definition: Definition, catalog: Catalog, regex_check: RegexCheck | None = None) -> list[Finding]:
    """The findings of a definition, in the order of its parts."""
    topology, found = check_topology(definition)
    scopes = Scopes(definition, catalog)
    return [
        *check_settings(definition),
        *check_nodes(definition, catalog),
        *check_edges(definition, catalog),
        *found,
        *check_scopes(definition, catalog, scopes),
        *check_express(definition, catalog),
        *check_references(definition, catalog, topology, scopes, regex_check),
    ]


__all__ = ["Checked", "check", "read_definition", "validate"]
