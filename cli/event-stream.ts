/** One server-sent event (WHATWG HTML 9.2). `id` is the last one seen, which a later connection gives back as Last-Event-ID. */
export interface ServerEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Reads events from the bytes of a response. Comments (heartbeats) give nothing; an event cut off by the end is dropped. */
export async function* readEvents(
  bytes: AsyncIterable<Uint8Array>,
  lastId = '',
): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let fields: Fields = { id: lastId, type: '', data: [] };
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the end may be the first half of a CRLF: it waits for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        fields = takeLine(fields, line);
        continue;
      }
      if (fields.data.length > 0)
        yield {
          id: fields.id,
          type: fields.type === '' ? 'message' : fields.type,
          data: fields.data.join('\n'),
        };
      fields = { id: fields.id, type: '', data: [] };
    }
  }
}

interface Fields {
  readonly id: string;
  readonly type: string;
  readonly data: readonly string[];
}

function takeLine(fields: Fields, line: string): Fields {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  switch (name) {
    case 'event':
      return { ...fields, type: value };
    case 'data':
      return { ...fields, data: [...fields.data, value] };
    case 'id':
      return value.includes('\0') ? fields : { ...fields, id: value };
    default:
      return fields;
  }
}
