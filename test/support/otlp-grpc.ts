import grpc from "@grpc/grpc-js";
import { decodeLogsRequest, decodeTraceRequest } from "./otlp-schema.ts";

/** The gRPC half of the receiver: traces and logs are decoded and handed on, metrics are thanked for and dropped. */
export async function startGrpcReceiver(
  onTraces: (request: unknown, headers: Record<string, string>) => void,
  onLogs: (request: unknown) => void,
) {
  const server = new grpc.Server();
  serve("trace.v1.TraceService", (bytes, headers) => onTraces(decodeTraceRequest(bytes), headers));
  serve("metrics.v1.MetricsService", () => {});
  serve("logs.v1.LogsService", (bytes) => onLogs(decodeLogsRequest(bytes)));

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { url: `http://127.0.0.1:${port}`, close: () => server.forceShutdown() };

  function serve(service: string, onExport: (bytes: Uint8Array, headers: Record<string, string>) => void) {
    const asIs = (bytes: Buffer) => bytes;
    const method = {
      path: `/opentelemetry.proto.collector.${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    const handler: grpc.handleUnaryCall<Buffer, Buffer> = (call, reply) => {
      try {
        onExport(call.request, headersOf(call.metadata));
        // An empty message is "all of it was accepted".
        reply(null, Buffer.alloc(0));
      } catch (error) {
        reply({ code: grpc.status.INVALID_ARGUMENT, details: String(error) });
      }
    };
    server.addService({ Export: method }, { Export: handler });
  }
}

function headersOf(metadata: grpc.Metadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([key, value]) => [key, String(value)]));
}
