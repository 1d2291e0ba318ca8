"""Tests make many applications; the parts that depend on the code alone are made once here."""

import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask_openapi3 import utils
from flask_openapi3.blueprint import APIBlueprint
from jinja2 import BytecodeCache, Environment, FileSystemLoader
from jinja2.bccache import Bucket
from pydantic import BaseModel
from werkzeug.routing import Map, Rule

from kiosk import pages
from server import apart, app
from server.app import create_app
from server.clock import Clock
from server.language import Catalogues
from server.settings import Settings
from server.store.configuration import halls
from server.web.pages import help as help_pages
from server.web.pages import help_documents
from server.web.rendering import pdf
from server.web.rendering.answers import name_releases
from tests.harness.sources import files

Builder = Callable[..., tuple[str, str]]
GIVEN = ("url_prefix", "abp_tags", "abp_security", "abp_responses")
"""What a blueprint says of each of its routes."""


class _Templates(BytecodeCache):
    """The code of each template, by its text and by the extensions that an application rewrites it with."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Any] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        return super().get_bucket(environment, name, f"{filename} {sorted(environment.extensions)}", source)

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._made.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._made[bucket.key, bucket.checksum] = bucket.code


def _compiled_once(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """What a rule becomes depends on its address and on how addresses are read, not on other rules."""
    nowhere, made = Map(), dict[Any, Rule]()

    def compile_as_before(rule: Rule) -> None:
        key = rule.rule, rule.subdomain, rule.merge_slashes, tuple((rule.defaults or {}).items())
        if key not in made:
            made[key] = alone = rule.empty()
            alone.map, alone.merge_slashes = nowhere, rule.merge_slashes
            compile_rule(alone)
        first = made[key]
        rule._parts, rule._trace, rule._converters = first._parts, first._trace, first._converters
        rule.arguments = first.arguments
        for name in ("_build", "_build_unknown"):
            setattr(rule, name, vars(first)[name].__func__.__get__(rule))

    return compile_as_before


def _builder_when_needed(compile_builder: Callable[[Rule, bool], Builder]) -> Callable[..., Builder]:
    """Of most rules no address is ever made."""

    def builder(rule: Rule, append_unknown: bool = True) -> Builder:
        compiled = cache(lambda: compile_builder(rule, append_unknown))
        return lambda rule, /, **values: compiled()(rule, **values)

    return builder


def _described_once(describe: Callable[..., Any]) -> Callable[..., Any]:
    """What `describe` adds to a blueprint depends on how the code of that blueprint declares a route."""
    made: dict[Any, tuple[APIBlueprint, Any]] = {}

    def describe_as_before(routes: APIBlueprint, rule: str, view: Any, *, method: str, **said: Any) -> Any:
        key = routes.name, routes.url_prefix, method, rule, view.__code__
        if key not in made:
            given = {name: vars(routes)[name] for name in GIVEN}
            alone = APIBlueprint(routes.name, routes.import_name, **given)
            made[key] = alone, describe(alone, rule, view, method=method, **said)
        first, parameters = made[key]
        for uri, path in first.paths.items():
            utils.parse_method(uri, method, routes.paths, vars(path)[method.lower()])
        routes.components_schemas.update(first.components_schemas)
        routes.tags += [tag for tag in first.tags if tag.name not in routes.tag_names]
        routes.tag_names[:] = [tag.name for tag in routes.tags]
        return parameters

    return describe_as_before


def _lasting_worker(**bounds: Any) -> apart.IsolatedWorker:
    """One that does not end with an application: starting it takes a second, a paper a tenth of that."""
    worker = apart.IsolatedWorker(**bounds)
    apart._ALL.discard(worker)
    return worker


def _catalogues_once() -> Callable[..., Catalogues]:
    """A site without sentences of its own has those of the code."""
    made = cache(Catalogues)

    def catalogues(folders: tuple[tuple[str, Path], ...], own: Path | None = None) -> Catalogues:
        return made(folders) if own is None or not own.is_dir() else Catalogues(folders, own)

    return catalogues


def make_once() -> None:
    """What is described of routes, what addresses become, templates, catalogues, documents, the help."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    utils.get_model_schema = cache(utils.get_model_schema)
    for name in ("parse_path", "parse_query", "parse_form", "parse_body"):
        vars(utils)[name] = cache(vars(utils)[name])
    vars(app)["Catalogues"] = _catalogues_once()
    vars(pages)["page_sentences"] = cache(pages.page_sentences)
    vars(help_documents)["HelpLibrary"] = vars(help_pages)["HelpLibrary"] = cache(help_documents.HelpLibrary)
    vars(pdf)["IsolatedWorker"] = cache(_lasting_worker)
    for name in ("parse_hall", "parse_installation"):
        vars(halls)[name] = cache(vars(halls)[name])
    APIBlueprint._collect_openapi_info = _described_once(  # type: ignore[method-assign]
        APIBlueprint._collect_openapi_info
    )
    Rule._compile_builder = _builder_when_needed(  # type: ignore[method-assign]
        Rule._compile_builder
    )
    Rule.compile = _compiled_once(Rule.compile)  # type: ignore[method-assign, assignment]


def make_for_forks() -> None:
    """Makes what the first application of a process would make: forks of this one find it."""
    vars(app)["Catalogues"](app.CATALOGUES)
    alone = Flask(__name__)
    name_releases(alone)
    for template in files(".html"):
        folder = next(each for each in template.parents if each.name == "templates")
        FileSystemLoader(folder).load(alone.jinja_env, template.relative_to(folder).as_posix())
    found: list[type[BaseModel]] = [BaseModel]
    for model in found:
        found += model.__subclasses__()
        if model.__module__.startswith("server.web.api."):
            utils.get_model_schema(model)
            utils.get_model_schema(model, mode="serialization")


def told_routes(folder: Path, database_url: str) -> str:
    """The description of the API, and of each route its address as it is read, as JSON.

    The database of this address has its tables.
    """
    settings = Settings.model_validate(
        {"var": folder, "database_url": database_url, "voice": False, "secret_key": "tests"}
    )
    app = create_app(settings, clock=Clock(), async_mode="threading")
    described = app.test_client().get("/api/v1/openapi.json").get_json()
    read = [
        f"{rule.rule} {rule.endpoint} {rule.methods and sorted(rule.methods)} {sorted(rule.arguments)}"
        f" {rule._trace} {rule._parts}"
        for rule in app.url_map.iter_rules()
    ]
    app.extensions["parvis"].database.close()
    return json.dumps([described, sorted(read)])


if __name__ == "__main__":
    sys.stdout.write(told_routes(Path(sys.argv[1]), sys.argv[2]))
