"""What providers of Gemini's and Ollama's own dialects say, for scripts of actors/scripted.py: words, whole or streamed, as asked."""
import json

from actors.scripted import pieces


def gemini_says(words, finish="STOP", parts=(), size=7):
    """words may be a function of the request; further parts come after them, with the last event."""
    def script(request, wire):
        said = words(request) if callable(words) else words
        usage = {"promptTokenCount": 10, "candidatesTokenCount": 5}

        def answer(some, reason=None):
            candidate = {"content": {"role": "model", "parts": some}, "index": 0, **({"finishReason": reason} if reason else {})}
            return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-as-sent", "responseId": "r1"}

        if "streamGenerateContent" not in request.path:
            wire.whole(answer([{"text": said}, *parts], finish))
            return
        wire.head(content_type="text/event-stream")
        for piece in pieces(said, size):
            wire.chunk(b"data: " + json.dumps(answer([{"text": piece}])).encode() + b"\r\n\r\n")
        wire.chunk(b"data: " + json.dumps(answer(list(parts), finish)).encode() + b"\r\n\r\n")
        wire.last_chunk()
    return script


def ollama_says(words, done_reason="stop", calls=(), size=7, counted=10):
    def script(request, wire):
        said = words(request) if callable(words) else words

        def line(content, **more):
            return {"model": "qwen", "created_at": "2026-11-23T00:00:00Z", "message": {"role": "assistant", "content": content}, "done": False, **more}

        last = {"done": True, "done_reason": done_reason, "prompt_eval_count": counted, "eval_count": 5}
        called = {"tool_calls": [{"function": call} for call in calls]} if calls else {}
        if not request.wants_stream:
            whole = line(said, **last)
            whole["message"].update(called)
            wire.whole(whole)
            return
        wire.head(content_type="application/x-ndjson")
        for piece in pieces(said, size):
            wire.chunk(json.dumps(line(piece)).encode() + b"\n")
        ending = line("", **last)
        ending["message"].update(called)
        wire.chunk(json.dumps(ending).encode() + b"\n")
        wire.last_chunk()
    return script
