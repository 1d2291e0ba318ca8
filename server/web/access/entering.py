"""Where a request enters: no address, form or JSON body holds a control character (`server.domain.texts`).

Views read what they get without looking for such characters again.
"""

from typing import Any

from flask import Flask, Request, request
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser

from server.domain.refusals import Refusal
from server.domain.texts import entered_text, entered_values, has_control


class _EnteredForm(FormDataParser):
    """Reads a form. Refusal: control_characters, of a field; names of files are cleaned by who keeps them."""

    def parse(self, *args: Any, **more: Any) -> Any:
        stream, fields, files = super().parse(*args, **more)
        entered = [
            (entered_text(name, ""), entered_text(text, name)) for name, text in fields.items(multi=True)
        ]
        return stream, self.cls(entered), files


class EnteredRequest(Request):
    """A request whose form and JSON are read as `entered_texts` leaves them."""

    form_data_parser_class = _EnteredForm

    def get_json(self, *args: Any, **more: Any) -> Any:
        """The JSON body. Refusal: control_characters, of a field. Raises BadRequest for a mere text, which
        may be JSON once more.
        """
        try:
            content = entered_values(super().get_json(*args, **more))
        except RecursionError as error:
            raise BadRequest from error
        if isinstance(content, str):
            raise BadRequest
        return content


def install_entrance(app: Flask) -> None:
    """Each request is an `EnteredRequest`, whose address is looked at before anything else."""
    app.request_class = EnteredRequest

    @app.before_request
    def check_address() -> None:
        parts = (part for item in request.args.items(multi=True) for part in item)
        if has_control(request.path, has_lines=False) or any(
            has_control(each, has_lines=True) for each in parts
        ):
            raise Refusal("control_characters", field="address")
