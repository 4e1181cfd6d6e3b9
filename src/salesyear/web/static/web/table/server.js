/* Talking to the server: JSON there and back, HTML for the side panel. */

import { say } from "./texts.js";

const SAID = new Set([400, 409, 422]); // these answers say in JSON what is wrong

/** The addresses below the table's own. */
export class Server {
  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  /** Ask for JSON. */
  async get(path, query = {}) {
    const answer = await fetch(`${this.base}${path}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Failure(answer.status);
    return answer.json();
  }

  /** Ask for a part of a page. */
  async part(path, query = {}) {
    const answer = await fetch(`${this.base}${path}?${new URLSearchParams(query)}`, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Failure(answer.status);
    return answer.text();
  }

  /** Send JSON; conflicts and unfit texts are answers, not failures. */
  async post(path, body) {
    const answer = await fetch(this.base + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify(body),
    });
    if (!answer.ok && !SAID.has(answer.status)) throw new Failure(answer.status);
    const said = await answer.json();
    if (said.error) throw new Failure(answer.status, said.error);
    return said;
  }
}

/** The server refused, with or without a sentence. */
export class Failure extends Error {
  constructor(status, sentence = "") {
    super(sentence || String(status));
    this.status = status;
    this.sentence = sentence;
  }
}

/** What to tell the reader about a failure; without a status there was no answer at all. */
export function wordsOf(failure) {
  return failure.sentence || (failure.status ? say("refused", { status: failure.status }) : say("offline"));
}
