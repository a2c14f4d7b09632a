"""Finds the node types of all service folders, by their `spec.py` alone: no SDK is imported."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import activities
from interpreter.node_type import NodeType


def load_node_types() -> tuple[NodeType, ...]:
    """Every node type of every `spec.py`, sorted by id."""
    found = [node_type for module in modules_called("spec") for node_type in module.NODE_TYPES]
    return tuple(sorted(found, key=lambda node_type: node_type.id))


def modules_called(name: str) -> Iterator[ModuleType]:
    """The modules of this name in all service folders."""
    for found in pkgutil.walk_packages(activities.__path__, "activities."):
        if found.name.rpartition(".")[2] == name and not found.ispkg:
            yield importlib.import_module(found.name)
