/** Values as OTLP writes them, in plain terms again. Ids are hex in OTLP/JSON and bytes in protobuf. */
export type Id = string | Uint8Array;

export interface KeyValue {
  key: string;
  value?: AnyValue;
}

export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: KeyValue[] };
  bytesValue?: Id;
}

export function toHex(id: Id): string {
  return typeof id === "string" ? id : Buffer.from(id).toString("hex");
}

export function toRecord(pairs: KeyValue[] | undefined): Record<string, unknown> {
  return Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, toValue(value)]));
}

export function toValue(value: AnyValue | undefined): unknown {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(toValue);
  if (value?.kvlistValue) return toRecord(value.kvlistValue.values);
  if (value?.intValue !== undefined) return Number(value.intValue);
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue ?? value?.bytesValue;
}
