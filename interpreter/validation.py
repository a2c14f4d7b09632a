"""A definition in, findings out: everything that can be wrong before a run begins."""

from dataclasses import dataclass

from interpreter.catalog import Catalog
from interpreter.checks.constructs import check_constructs
from interpreter.checks.edges import check_edges
from interpreter.checks.express import check_express
from interpreter.checks.mismatches import check_types
from interpreter.checks.nodes import check_nodes
from interpreter.checks.ports import check_ports
from interpreter.checks.reach import check_reach
from interpreter.checks.reading import read_definition
from interpreter.checks.references import check_references, read_expressions
from interpreter.checks.scopes import Scopes, check_scopes
from interpreter.checks.settings import check_settings
from interpreter.checks.size import check_size
from interpreter.checks.topology import check_topology
from interpreter.checks.written_secrets import check_secrets
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
    expressions = read_expressions(definition, catalog, regex_check)
    by_node = check_nodes(definition, catalog)
    return [
        *check_settings(definition),
        *by_node,
        *check_edges(definition, catalog),
        *found,
        *check_reach(definition, catalog, topology, scopes),
        *check_ports(definition, catalog, scopes, expressions),
        *check_scopes(definition, catalog, scopes),
        *check_constructs(expressions, scopes),
        *check_express(definition, catalog),
        *check_references(definition, expressions, catalog, topology, scopes),
        *check_types(definition, catalog, expressions, {finding.path for finding in by_node}),
        *check_secrets(definition),
        *check_size(definition, catalog, scopes),
    ]


__all__ = ["Checked", "check", "read_definition", "validate"]
