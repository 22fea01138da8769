/** Conversations that are observed from outside, so that the end of the process can end what is open in them. */
interface Live {
  running(): number;
  end(): void;
}

const live = new Set<Live>();

/** @returns forgets it */
export function remember(conversation: Live): () => void {
  live.add(conversation);
  return () => void live.delete(conversation);
}

export function countObserved(): number {
  return [...live].reduce((sum, one) => sum + one.running(), 0);
}

export function endObserved(): void {
  for (const one of live) one.end();
}
