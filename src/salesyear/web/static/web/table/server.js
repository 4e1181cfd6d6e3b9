/* Talking to the server: JSON there and back, HTML for the side panel. */

const CONFLICT = 409;
const UNFIT = 422;

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
    if (!answer.ok && answer.status !== CONFLICT && answer.status !== UNFIT) throw new Failure(answer.status);
    return answer.json();
  }
}

/** The server refused or could not answer. */
export class Failure extends Error {
  constructor(status) {
    super(String(status));
    this.status = status;
  }
}
