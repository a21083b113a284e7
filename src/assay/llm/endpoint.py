"""One HTTP endpoint: requests with retries, streams that may be cut, answers that may be anything."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from assay.kernel.errors import AssayError, InputError, LinkError, ModelError, TransientError

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_MOST_BYTES = 16 << 20
_LONGEST_WAIT = 20.0


@dataclass(frozen=True)
class Reply:
    """A completion: its text, why it ended, (prompt, output) tokens and the first token's most probable tokens."""

    text: str
    finish: str
    usage: tuple[int, int] | None
    tops: list[tuple[str, float]] | None


class Endpoint:
    """A server's base address (``http://host:8000/v1``) and how to talk to it.

    The key is read from the environment at each request and appears in no message, log or record.
    """

    def __init__(
        self, base_url: str, *, key_variable: str | None = None, attempts: int = 3, pause: float = 0.5
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.host = host_of(base_url)
        self._key_variable = key_variable
        self._attempts = attempts
        self._pause = pause
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def complete(self, body: Mapping[str, Any], on_token: Callable[[str], None] | None = None) -> Reply:
        """``POST /chat/completions``, streamed when ``on_token`` is given."""
        handed_out = False

        def hand_out(token: str) -> None:
            nonlocal handed_out
            handed_out = True
            assert on_token is not None
            on_token(token)

        async def attempt() -> Reply:
            if on_token is None:
                return _reply(await self._post("/chat/completions", body), self.host)
            return await self._stream(body, hand_out)

        # What the caller was already given cannot be taken back by a second attempt.
        return await self._retrying(attempt, lambda: not handed_out)

    async def vectors(self, body: Mapping[str, Any], count: int) -> list[list[float]]:
        """``POST /embeddings``: one list of numbers a text, in the order of the texts."""

        async def attempt() -> list[list[float]]:
            answer = await self._post("/embeddings", body)
            try:
                rows = sorted(answer["data"], key=lambda row: int(row["index"]))
                found = [[float(value) for value in row["embedding"]] for row in rows]
            except (KeyError, TypeError, ValueError) as error:
                raise _unexpected(self.host, answer, error) from error
            if len(found) != count or len({len(row) for row in found}) != 1:
                raise _unexpected(self.host, answer, "count")
            return found

        return await self._retrying(attempt, lambda: True)

    async def close(self) -> None:
        """Close the connections of the running loop."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()

    async def _retrying(self, attempt: Callable[[], Awaitable[T]], allowed: Callable[[], bool]) -> T:
        for number in range(self._attempts):
            try:
                return await attempt()
            except TransientError as error:
                if number + 1 >= self._attempts or not allowed():
                    raise
                await asyncio.sleep(_wait(error, self._pause * 2**number))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self._sent(path, body) as response:
            raw = await self._body(response)
        return self._json(raw)

    async def _stream(self, body: Mapping[str, Any], on_token: Callable[[str], None]) -> Reply:
        """Read server-sent events; a stream that ends without its last event was cut."""
        request = dict(body) | {"stream": True, "stream_options": {"include_usage": True}}
        parts: list[str] = []
        finish: str | None = None
        usage: tuple[int, int] | None = None
        async with self._sent("/chat/completions", request) as response:
            if "event-stream" not in response.headers.get("content-type", ""):
                reply = _reply(self._json(await self._body(response)), self.host)
                on_token(reply.text)  # a server that cannot stream answered whole
                return reply
            async for data in self._events(response):
                if data == "[DONE]":
                    finish = finish or "stop"
                    break
                chunk = self._json(data.encode())
                text, ended = _delta(chunk)
                usage, finish = _usage(chunk) or usage, ended or finish
                if text:
                    parts.append(text)
                    on_token(text)
        if finish is None:
            raise ModelError("llm.stream_cut", host=self.host)
        return Reply("".join(parts), finish, usage, None)

    @contextlib.asynccontextmanager
    async def _sent(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[httpx.Response]:
        """The response to one POST; what goes wrong on the way is LinkError or ModelError."""
        import httpx

        headers = self._headers()
        try:
            async with self._connection().stream("POST", self.base_url + path, json=body, headers=headers) as response:
                if response.status_code != 200:
                    raise self._refusal(response, await self._body(response), body)
                yield response
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise LinkError("llm.link_failed", host=self.host, reason=_reason(error)) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ModelError("llm.stream_cut", host=self.host) from error

    def _connection(self) -> httpx.AsyncClient:
        """The client of the running loop: connections cannot be carried from one loop to another."""
        import httpx

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # The callers limit the time of the whole request; a server may think long before its first byte.
            limits = httpx.Timeout(None, connect=10.0)
            self._client, self._loop = httpx.AsyncClient(timeout=limits, follow_redirects=False), loop
        return self._client

    def _headers(self) -> dict[str, str]:
        if self._key_variable is None:
            return {}
        key = os.environ.get(self._key_variable, "").strip()
        if not key:
            raise InputError("llm.key_missing", name=self._key_variable, host=self.host)
        if not key.isascii() or not key.isprintable():
            raise InputError("llm.key_refused", host=self.host, status="-")
        return {"Authorization": f"Bearer {key}"}

    async def _body(self, response: httpx.Response) -> bytes:
        parts, size = [], 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > _MOST_BYTES:
                raise ModelError("llm.too_much", host=self.host, limit=_MOST_BYTES >> 20)
            parts.append(part)
        return b"".join(parts)

    async def _events(self, response: httpx.Response) -> AsyncIterator[str]:
        """The data of each event; a server may not send for ever."""
        size = 0
        async for line in response.aiter_lines():
            size += len(line)
            if size > _MOST_BYTES:
                raise ModelError("llm.too_much", host=self.host, limit=_MOST_BYTES >> 20)
            if line.startswith("data:"):
                yield line[5:].strip()

    def _json(self, raw: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(raw)
        except ValueError as error:
            raise _unexpected(self.host, self._shown(raw), "not JSON") from error
        if not isinstance(answer, dict):
            raise _unexpected(self.host, self._shown(raw), "not an object")
        if answer.get("error"):
            raise ModelError("llm.server_failed", host=self.host, status=200, start=self._shown(raw))
        return answer

    def _refusal(self, response: httpx.Response, raw: bytes, body: Mapping[str, Any]) -> AssayError:
        status, start = response.status_code, self._shown(raw)
        if status in (401, 403):
            return InputError("llm.key_refused", host=self.host, status=status)
        if 300 <= status < 400:
            return InputError("llm.redirected", host=self.host, status=status)
        if status == 404:
            return InputError("llm.server_no_model", host=self.host, model=body.get("model", "?"), status=status)
        if status in _RETRIED or status >= 500:
            after = response.headers.get("retry-after", "")
            return ModelError("llm.server_failed", host=self.host, status=status, start=start, after=after)
        return InputError("llm.server_refused", host=self.host, status=status, start=start)

    def _shown(self, raw: bytes) -> str:
        """The beginning of what a server sent, as one line without markup and without our key."""
        shown = raw[:4000].decode("utf-8", "replace")
        key = os.environ.get(self._key_variable or "", "").strip()
        if key:
            shown = shown.replace(key, "***")
        shown = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", shown, flags=re.DOTALL | re.IGNORECASE)
        shown = " ".join("".join(c if c.isprintable() else " " for c in shown).split())
        return shown if len(shown) <= 300 else shown[:299] + "…"


def host_of(base_url: str) -> str:
    """``host:port`` of a base address. Raises InputError when it is not http(s), or carries a password."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise InputError("llm.url_bad", url=base_url[:80], reason=error) from error
    if parts.username or parts.password:
        raise InputError("llm.url_bad", url=f"{parts.scheme}://***@{parts.hostname}", reason="it holds a password")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("llm.url_bad", url=base_url[:80], reason="http://HOST:PORT/v1 is expected")
    return parts.hostname if port is None else f"{parts.hostname}:{port}"


def _reply(answer: Mapping[str, Any], host: str) -> Reply:
    try:
        choice = answer["choices"][0]
        text = choice["message"].get("content") or ""
        if not isinstance(text, str):
            raise TypeError("content is not text")
        return Reply(text, str(choice.get("finish_reason") or "stop"), _usage(answer), _tops(choice))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise _unexpected(host, answer, error) from error


def _delta(chunk: Mapping[str, Any]) -> tuple[str, str | None]:
    """A stream chunk's text and finish reason; usage chunks and keep-alives have neither."""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return "", None
    delta = choices[0].get("delta")
    text = delta.get("content") if isinstance(delta, dict) else None
    ended = choices[0].get("finish_reason")
    return (text if isinstance(text, str) else ""), (ended if isinstance(ended, str) else None)


def _usage(answer: Mapping[str, Any]) -> tuple[int, int] | None:
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return None
    prompt, output = usage.get("prompt_tokens"), usage.get("completion_tokens", 0)
    return (prompt, output) if isinstance(prompt, int) and isinstance(output, int) else None


def _tops(choice: Mapping[str, Any]) -> list[tuple[str, float]] | None:
    """The first token's alternatives, or None where the server gives no log-probabilities."""
    try:
        tops = choice["logprobs"]["content"][0]["top_logprobs"]
        return [(str(top["token"]), float(top["logprob"])) for top in tops] or None
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _unexpected(host: str, answer: object, reason: object) -> ModelError:
    start = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, default=str)
    return ModelError("llm.server_answer", host=host, reason=reason, start=start[:200])


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _wait(error: TransientError, pause: float) -> float:
    """Seconds before the next attempt: what the server asked for, within reason, else our own pause."""
    asked = str(error.params.get("after", ""))
    return min(float(asked), _LONGEST_WAIT) if asked.isdigit() else pause
