/** Remembers what went out on each stream, in order, so that a client that comes back gets what it missed. */
export function createEventStore() {
  const events = [];
  return {
    async storeEvent(streamId, message) {
      events.push({ streamId, message });
      return String(events.length - 1);
    },
    async getStreamIdForEventId(eventId) {
      return events[Number(eventId)]?.streamId;
    },
    async replayEventsAfter(lastEventId, { send }) {
      const last = Number(lastEventId);
      const streamId = events[last].streamId;
      for (const [at, event] of events.entries()) {
        // A stream opens with an event that carries no message: there is nothing in it to repeat.
        const missed = at > last && event.streamId === streamId && "jsonrpc" in event.message;
        if (missed) await send(String(at), event.message);
      }
      return streamId;
    },
  };
}
