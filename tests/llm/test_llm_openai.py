"""Any OpenAI-compatible server, played by a real HTTP server on loopback that behaves and misbehaves."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import numpy as np
import pytest

from assay.kernel.errors import AssayError, InputError, LinkError, ModelError
from assay.llm.endpoint import Endpoint, host_of
from assay.llm.openai import RemoteEmbedder, RemoteModel
from assay.llm.port import Message, ScoredChoice

T = TypeVar("T")
HELLO = [Message("user", "hello")]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
KEY = "sk-very-secret-0123456789"

Answer = Callable[["Handler", dict[str, Any]], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each request with the next behaviour of the server's list; the last one stays."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server.seen.append((self.path, dict(self.headers), body))
        answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        answer(self, body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def send(self, status: int, content: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """A loopback server; ``seen`` holds (path, headers, body) of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.seen: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.gate = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.gate.set()
        running.shutdown()
        thread.join(timeout=5)


def completion(
    text: str | None, *, usage: bool = True, tops: list[tuple[str, float]] | None = None, **more: Any
) -> Answer:
    choice: dict[str, Any] = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    choice |= more
    if tops is not None:
        listed = [{"token": token, "logprob": value} for token, value in tops]
        choice["logprobs"] = {"content": [{"token": tops[0][0], "logprob": tops[0][1], "top_logprobs": listed}]}
    answer: dict[str, Any] = {"choices": [choice]}
    if usage:
        answer["usage"] = {"prompt_tokens": 7, "completion_tokens": 2}
    return lambda handler, body: handler.send(200, json.dumps(answer).encode())


def failing(
    status: int, content: str = '{"error": {"message": "no"}}', kind: str = "application/json", **headers: str
) -> Answer:
    return lambda handler, body: handler.send(status, content.encode(), kind, **headers)


def streaming(*parts: str, done: bool = True, ended: bool = True) -> Answer:
    def answer(handler: Handler, body: dict[str, Any]) -> None:
        assert body["stream"] is True
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream; charset=utf-8")
        handler.send_header("connection", "close")
        handler.end_headers()
        chunks: list[dict[str, Any]] = [{"choices": [{"delta": {"role": "assistant", "content": None}}]}]
        chunks += [{"choices": [{"delta": {"content": part}, "finish_reason": None}]} for part in parts]
        if ended:
            chunks.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
            chunks.append({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": len(parts)}})
        for chunk in chunks:
            handler.wfile.write(b": keep-alive\n\ndata: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n")
        if done:
            handler.wfile.write(b"data: [DONE]\n\n")

    return answer


def wait_for_gate(handler: Handler, body: dict[str, Any]) -> None:
    assert isinstance(handler.server, Server)
    handler.server.gate.wait(20)


def drop(handler: Handler, body: dict[str, Any]) -> None:
    handler.connection.close()


def cut_body(handler: Handler, body: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True


def using(server: Server, work: Callable[[RemoteModel], Awaitable[T]], **options: Any) -> T:
    async def run() -> T:
        endpoint = Endpoint(server.url, pause=0.0, **options)
        embedder = RemoteEmbedder(Endpoint(server.url, pause=0.0), "e5")
        model = RemoteModel(endpoint, "m", embedder)
        try:
            return await asyncio.wait_for(work(model), 20)
        finally:
            await model.close()

    return asyncio.run(run())


def failure(server: Server, *answers: Answer, **options: Any) -> AssayError:
    server.answers = list(answers)

    async def work(model: RemoteModel) -> AssayError:
        with pytest.raises(AssayError) as caught:
            await model.chat(HELLO, timeout=5)
        return caught.value

    return using(server, work, **options)


def test_chat(server: Server) -> None:
    server.answers = [completion("hi")]
    result = using(server, lambda model: model.chat(HELLO, stop=["END"], seed=3, max_tokens=9))
    assert (result.text, result.prompt_tokens, result.output_tokens, result.finish) == ("hi", 7, 2, "stop")
    path, headers, body = server.seen[0]
    assert path == "/v1/chat/completions"
    assert (body["model"], body["max_tokens"], body["seed"], body["stop"]) == ("m", 9, 3, ["END"])
    assert "Authorization" not in headers


def test_missing_usage_is_estimated_on_the_high_side(server: Server) -> None:
    server.answers = [completion("装置正常", usage=False)]
    result = using(server, lambda model: model.chat(HELLO))
    assert (result.prompt_tokens, result.output_tokens) == (2, 4)


def test_the_key_comes_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_API_KEY", KEY)
    server.answers = [completion("hi")]
    using(server, lambda model: model.chat(HELLO), key_variable="TEST_API_KEY")
    assert server.seen[0][1]["Authorization"] == f"Bearer {KEY}"


def test_an_absent_key_is_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_API_KEY", raising=False)
    error = failure(server, completion("hi"), key_variable="TEST_API_KEY")
    assert isinstance(error, InputError) and "TEST_API_KEY" in str(error)
    assert server.seen == []


@pytest.mark.parametrize("status", [400, 401, 422, 500])
def test_an_error_that_repeats_the_key_does_not_show_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("TEST_API_KEY", KEY)
    error = failure(server, failing(status, f'{{"error": "bad key {KEY}"}}'), key_variable="TEST_API_KEY")
    assert KEY not in str(error) and KEY not in repr(error.params)


def test_streaming(server: Server) -> None:
    server.answers = [streaming("装置", "正", "常")]
    parts: list[str] = []
    result = using(server, lambda model: model.chat(HELLO, on_token=parts.append))
    assert (parts, result.text) == (["装置", "正", "常"], "装置正常")
    assert (result.prompt_tokens, result.output_tokens) == (5, 3)


def test_a_server_that_cannot_stream_answers_whole(server: Server) -> None:
    server.answers = [completion("whole")]
    parts: list[str] = []
    assert using(server, lambda model: model.chat(HELLO, on_token=parts.append)).text == "whole"
    assert parts == ["whole"]


def test_a_stream_that_is_cut_is_not_an_answer_and_not_repeated(server: Server) -> None:
    server.answers = [streaming("half", done=False, ended=False)]
    parts: list[str] = []

    async def work(model: RemoteModel) -> None:
        with pytest.raises(ModelError) as caught:
            await model.chat(HELLO, on_token=parts.append)
        assert caught.value.key == "llm.stream_cut"

    using(server, work)
    assert parts == ["half"]
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_failures_are_tried_again(server: Server, status: int) -> None:
    server.answers = [failing(status, "busy", retry_after="0"), completion("hi")]
    assert using(server, lambda model: model.chat(HELLO)).text == "hi"
    assert len(server.seen) == 2


@pytest.mark.parametrize("first", [drop, cut_body])
def test_a_dropped_connection_is_tried_again(server: Server, first: Answer) -> None:
    server.answers = [first, completion("hi")]
    assert using(server, lambda model: model.chat(HELLO)).text == "hi"


def test_attempts_end(server: Server) -> None:
    error = failure(server, failing(503))
    assert isinstance(error, ModelError)
    assert len(server.seen) == 3


def test_an_html_error_page_is_shown_without_markup(server: Server) -> None:
    page = "<html><head><style>b{color:red}</style></head><body><h1>502</h1> Bad   Gateway</body></html>"
    error = failure(server, failing(502, page, "text/html"))
    assert isinstance(error, ModelError)
    assert "502 Bad Gateway" in str(error) and "<" not in str(error) and "color" not in str(error)


@pytest.mark.parametrize(
    "content",
    [
        "<html>login</html>",
        "",
        "[]",
        '{"choices": []}',
        '{"choices": [{"message": {"content": 5}}]}',
        '{"error": {"message": "x"}}',
    ],
)
def test_an_answer_that_is_no_completion(server: Server, content: str) -> None:
    assert isinstance(failure(server, failing(200, content)), ModelError)


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (401, "llm.key_refused"),
        (403, "llm.key_refused"),
        (404, "llm.server_no_model"),
        (302, "llm.redirected"),
        (400, "llm.server_refused"),
    ],
)
def test_what_trying_again_cannot_mend(server: Server, status: int, key: str) -> None:
    error = failure(server, failing(status, location="http://elsewhere.invalid/"))
    assert isinstance(error, InputError)
    assert error.key == key
    assert len(server.seen) == 1


def test_a_server_that_hangs(server: Server) -> None:
    server.answers = [wait_for_gate]

    async def work(model: RemoteModel) -> None:
        with pytest.raises(ModelError) as caught:
            await model.chat(HELLO, timeout=0.3)
        assert caught.value.key == "llm.timed_out"

    using(server, work)


def test_a_server_that_never_stops_sending(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.llm.endpoint._MOST_BYTES", 10_000)
    error = failure(server, completion("x" * 20_000))
    assert error.key == "llm.too_much"


def test_no_server() -> None:
    with Server() as gone:
        url = gone.url

    async def work() -> None:
        embedder = RemoteEmbedder(Endpoint(url), "e5")
        model = RemoteModel(Endpoint(url, pause=0.0), "m", embedder)
        with pytest.raises(LinkError) as caught:
            await model.chat(HELLO)
        assert "127.0.0.1" in str(caught.value)
        await model.close()

    asyncio.run(work())


def test_choose_with_log_probabilities(server: Server) -> None:
    server.answers = [completion("B", tops=[("B", math.log(0.7)), ("A", math.log(0.2)), ("the", math.log(0.05))])]
    choice = using(server, lambda model: model.choose(HELLO, ["A", "B", "C"]))
    body = server.seen[0][2]
    assert (body["logprobs"], body["top_logprobs"], body["max_tokens"]) == (True, 20, 1)
    assert choice.scored and choice.best == "B" and choice.tokens == 9
    assert math.exp(choice.log_probabilities["B"]) == pytest.approx(0.7 / 0.95)
    assert isinstance(choice, ScoredChoice) and choice.bounded == ("C",)


def test_choose_goes_on_in_words(server: Server) -> None:
    server.answers = [completion("1 70 °C", tops=[("1", math.log(0.9)), ("0", math.log(0.1))])]
    choice = using(server, lambda model: model.choose(HELLO, ["1", "0"], words=24))
    assert server.seen[0][2]["max_tokens"] == 25
    assert (choice.best, choice.scored, choice.text) == ("1", True, "1 70 °C")


@pytest.mark.parametrize(
    "first",
    [
        completion("B"),
        completion("thinking", tops=[("thinking", -0.1)]),
        failing(400, '{"error": "logprobs are not supported"}'),
    ],
)
def test_choose_without_log_probabilities_falls_back_to_a_schema(server: Server, first: Answer) -> None:
    server.answers = [first, completion('{"choice": "B"}')]
    choice = using(server, lambda model: model.choose(HELLO, ["read", "list"]))
    assert (choice.best, choice.scored) == ("list", False)
    assert choice.log_probabilities["read"] == -math.inf
    form = server.seen[1][2]["response_format"]["json_schema"]["schema"]
    assert form["properties"]["choice"]["enum"] == ["A", "B"]


def test_a_server_without_scores_is_not_asked_for_them_twice(server: Server) -> None:
    server.answers = [completion("B"), completion('{"choice": "B"}')]

    async def work(model: RemoteModel) -> None:
        for _ in range(2):
            await model.choose(HELLO, ["A", "B"])

    using(server, work)
    assert len(server.seen) == 3


def test_a_choice_outside_the_options_is_a_model_error(server: Server) -> None:
    server.answers = [completion("B"), completion('{"choice": "Z"}')]

    async def work(model: RemoteModel) -> None:
        with pytest.raises(ModelError):
            await model.choose(HELLO, ["A", "B"])

    using(server, work)


def test_a_schema_is_sent_simplified_and_checked_in_full(server: Server) -> None:
    schema = {**SCHEMA, "properties": {"n": {"type": "integer", "description": "d"}}}
    server.answers = [completion('{"n": 4}')]
    assert using(server, lambda model: model.chat(HELLO, schema=schema)).text == '{"n": 4}'
    sent = server.seen[0][2]["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["schema"]["properties"]["n"] == {"type": "integer"}


@pytest.mark.parametrize(
    "answer", [completion('{"n": "four"}'), completion("sure!"), completion('{"n', finish_reason="length")]
)
def test_a_broken_schema_is_a_model_error(server: Server, answer: Answer) -> None:
    server.answers = [answer]

    async def work(model: RemoteModel) -> None:
        with pytest.raises(ModelError):
            await model.chat(HELLO, schema=SCHEMA)

    using(server, work)


def test_a_server_that_knows_no_schema_is_told_in_words(server: Server) -> None:
    refusal = failing(400, '{"error": {"message": "unknown response_format type json_schema"}}')
    server.answers = [refusal, refusal, completion('{"n": 4}')]
    assert using(server, lambda model: model.chat(HELLO, schema=SCHEMA)).text == '{"n": 4}'
    assert server.seen[1][2]["response_format"] == {"type": "json_object"}
    assert "response_format" not in server.seen[2][2]
    assert '"integer"' in server.seen[2][2]["messages"][-1]["content"]


def test_a_server_that_renamed_the_token_limit(server: Server) -> None:
    refusal = failing(400, '{"error": {"message": "Use max_completion_tokens instead"}}')
    server.answers = [refusal, completion("hi")]
    using(server, lambda model: model.chat(HELLO, max_tokens=5))
    assert server.seen[1][2]["max_completion_tokens"] == 5
    assert "max_tokens" not in server.seen[1][2]


def embeddings(rows: list[Any]) -> Answer:
    data = [{"index": index, "embedding": row} for index, row in enumerate(rows)]
    return lambda handler, body: handler.send(200, json.dumps({"data": list(reversed(data))}).encode())


def test_embeddings_come_in_order_and_with_length_one(server: Server) -> None:
    server.answers = [embeddings([[3.0, 4.0], [0.0, 2.0]])]
    vectors = using(server, lambda model: model.embed(["a", "b"]))
    assert vectors.dtype == np.float32
    assert vectors == pytest.approx(np.array([[0.6, 0.8], [0.0, 1.0]]))
    assert server.seen[0][0] == "/v1/embeddings"


@pytest.mark.parametrize("rows", [[[1.0]], [[1.0], [1.0, 2.0]], [["x"], [1.0]], [[0.0], [1.0]], [[], []]])
def test_wrong_embeddings_are_model_errors(server: Server, rows: list[Any]) -> None:
    server.answers = [embeddings(rows)]

    async def work(model: RemoteModel) -> None:
        with pytest.raises(ModelError):
            await model.embed(["a", "b"])

    using(server, work)


def test_no_texts_need_no_server(server: Server) -> None:
    assert using(server, lambda model: model.embed([])).shape[0] == 0
    assert server.seen == []


@pytest.mark.parametrize(
    "url", ["ftp://host/v1", "host:8000", "http://", "http://host:port/", "http://user:pw@host/v1"]
)
def test_bad_addresses(url: str) -> None:
    with pytest.raises(InputError) as caught:
        host_of(url)
    assert "pw" not in str(caught.value)


def test_what_is_recorded_names_the_place() -> None:
    endpoint = Endpoint("https://gpu-box:8000/v1/")
    model = RemoteModel(endpoint, "qwen", RemoteEmbedder(endpoint, "e5"))
    assert (model.name, model.digest) == ("qwen", "unverified:qwen@gpu-box:8000")
