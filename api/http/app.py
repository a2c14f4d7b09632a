"""The app: a factory, so that nothing is made by importing it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIWebSocketRoute, iter_route_contexts
from starlette.routing import Route

from activities.discovery import load_node_types
from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues
from activities.kit.payload_storage import PayloadStorage
from api.auth.routes import router as auth
from api.bundles.routes import router as bundles
from api.catalog.routes import router as catalog
from api.codec.cross_origin import CodecCrossOrigin
from api.codec.routes import router as codec
from api.credentials.routes import router as credentials
from api.engine.engine import Engine
from api.engine.published import PublishedVersions
from api.exports.routes import router as exports
from api.failures.notification_routes import router as notification_rules
from api.failures.routes import router as failures
from api.hooks.routes import router as hooks
from api.http.documents import router as documents
from api.http.security_headers import SecurityHeaders
from api.http.static import serve_web
from api.internal.results import router as results
from api.internal.routes import router as internal
from api.kit.guard import GuardedRoute, RouteWithoutPolicy, policy_of
from api.kit.key_door import KeyDoor
from api.kit.problem import answer_problems, problem
from api.kit.services import Services
from api.retention.policy import Retention
from api.retention.routes import router as retention
from api.retention.sweeping import Sweeper
from api.runs.bulk import router as bulk
from api.runs.filter_routes import router as run_filters
from api.runs.rerun_routes import router as reruns
from api.runs.routes import router as runs
from api.settings import ApiSettings
from api.store.database import Database
from api.store.troubles import DatabaseTrouble, trouble_of
from api.store.upgrade import upgrade
from api.store.vault import Vault
from api.system.routes import router as system
from api.workflows.routes import router as workflows
from api.workspaces.routes import router as workspaces
from interpreter.catalog import Catalog
from interpreter.machine.constructs import control_node_types

PREFIX = "/api/v1"
_FEATURES = (auth, workspaces, workflows, bulk, runs, reruns, run_filters, failures, notification_rules, exports, bundles, retention, catalog, credentials, system, codec, documents)


def create_app(settings: ApiSettings) -> FastAPI:
    """The API with its web application; raises `RouteWithoutPolicy` for a route that forgot to say who may call it."""
    app = FastAPI(
        title="Holdfast",
        version=version("holdfast"),
        lifespan=_lifespan_of(settings),
        # The interactive pages load scripts from elsewhere; the document itself is a guarded route.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(CodecCrossOrigin, path=f"{PREFIX}/codec/", temporal_ui=settings.temporal_ui)
    answer_problems(app)
    for kind in DatabaseTrouble:
        app.add_exception_handler(kind, _answer_trouble)
    root = APIRouter(prefix=PREFIX)
    for feature in _FEATURES:
        root.include_router(feature)
    app.include_router(root)
    app.include_router(internal)
    app.include_router(results)
    app.include_router(hooks)
    app.router.routes.append(Route("/{path:path}", serve_web, methods=["GET", "HEAD"], include_in_schema=False))
    check_policies(app)
    return app


async def _answer_trouble(request: Request, error: Exception) -> Response:
    """Says what stands in the way, where it is the database and no defect of ours."""
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    structlog.get_logger("http").warning("the database can't do its work", trouble=trouble, path=request.url.path)
    if trouble == "full":
        hint = "nothing was changed: make space on the disk of the database, and send it again"
        return problem(507, "storage_full", f"there is no space left; {hint}", {"Retry-After": "30"}, hint=hint)
    return problem(503, "database_away", "the database does not answer; nothing was changed: send it again", {"Retry-After": "2"})


def check_policies(app: FastAPI) -> None:
    """Default deny, at the latest here."""
    for found in iter_route_contexts(app.routes):
        route = found.original_route
        if isinstance(route, GuardedRoute | APIWebSocketRoute):
            policy_of(route.endpoint)
        elif not (isinstance(route, Route) and route.endpoint is serve_web):
            raise RouteWithoutPolicy(f"{route} is not guarded")


def _lifespan_of(settings: ApiSettings):  # type: ignore[no-untyped-def]
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(upgrade, settings)
        ring = KeyRing.from_settings(settings)
        database = Database(settings.database_url, ring)
        keys = KeyDoor(database)
        key = settings.bootstrap_api_key
        await keys.seed(key.get_secret_value() if key else None)
        published = PublishedVersions()
        storage = PayloadStorage.at(settings.payloads)
        values = LargeValues(storage, ring, settings.max_value_bytes)
        async with Engine(settings, database, ring, published, values) as engine:
            app.state.services = Services(
                settings=settings,
                database=database,
                catalog=Catalog((*control_node_types(), *load_node_types())),
                vault=Vault(ring),
                ring=ring,
                engine=engine,
                keys=keys,
                published=published,
                storage=storage,
                values=values,
            )
            kept = Retention(settings.retention_days, settings.retention_failed_days)
            sweeping = asyncio.create_task(Sweeper(database, storage, kept).run())
            yield
            sweeping.cancel()
        await database.close()

    return lifespan
