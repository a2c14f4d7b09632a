"""From the raw config and the values it reads to the config that a node gets."""

import json
from functools import lru_cache

from pydantic import ValidationError

from activities.kit.errors import InvalidConfig
from activities.kit.evaluating import Rendering
from activities.kit.evaluator import Evaluator
from interpreter.expressions import ExpressionBudget, Template, parse_template, workflow_meter
from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeConfig, NodeType
from interpreter.protocol import NodeCall

_TEMPLATES_KEPT = 2_000
_SHOWN_BYTES = 16 * 1024
_SHOWN_ERRORS = 5


async def render_config(call: NodeCall, node_type: NodeType, at_ms: int, evaluator: Evaluator) -> JsonObject:
    """The config with its expressions evaluated; raises `ExpressionFailure`."""
    templates = node_type.templates_in(call.config)
    template = _template(json.dumps(templates))
    if template.constant:
        return call.config
    raw = {name: call.config[name] for name in node_type.raw_fields if name in call.config}
    if template.cheap:
        try:
            here: JsonObject = template.render(call.scope, workflow_meter(at_ms, call.idempotency_key))
            return {**here, **raw}
        except ExpressionBudget:
            pass  # more than a moment's work: elsewhere, with the larger budget
    rendered: JsonObject = await evaluator.value(Rendering(templates, call.scope, at_ms, call.idempotency_key))
    return {**rendered, **raw}


@lru_cache(maxsize=_TEMPLATES_KEPT)
def _template(text: str) -> Template:
    return parse_template(json.loads(text))


def read_config(rendered: JsonObject, model: type[NodeConfig]) -> NodeConfig:
    """The typed config; raises `InvalidConfig` naming each field that is wrong."""
    try:
        return model.model_validate(rendered)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        fields = [f"{'.'.join(str(step) for step in one['loc']) or 'config'}: {one['msg']}" for one in found]
        more = f" (and {len(fields) - _SHOWN_ERRORS} more)" if len(fields) > _SHOWN_ERRORS else ""
        raise InvalidConfig("; ".join(fields[:_SHOWN_ERRORS]) + more, "look at what the expressions gave") from None


def shown_input(rendered: JsonObject) -> Json:
    """The config for the record, or how large it was."""
    size = len(json.dumps(rendered))
    return rendered if size <= _SHOWN_BYTES else {"$omitted": size}
