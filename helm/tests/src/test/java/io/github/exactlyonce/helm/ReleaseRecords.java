package io.github.exactlyonce.helm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Helm keeps its record of a release in a Secret, which it sends as protobuf. The API server in memory understands JSON alone,
 * does not say that it answers in it, and calls each list a List. This stands between them.
 *
 * <p>Of protobuf it knows as much as such a Secret needs, from Kubernetes' published {@code generated.proto}: four bytes
 * {@code k8s\0}, then a {@code runtime.Unknown}, whose field 2 is the Secret.
 */
final class ReleaseRecords extends Dispatcher {

    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private final Dispatcher server;

    ReleaseRecords(Dispatcher server) {
        this.server = server;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        MockResponse response = server.dispatch(asJson(request)).setHeader("Content-Type", "application/json");
        if (request.getPath().contains("/secrets?")) {
            String list = response.getBody().readUtf8();
            response.setBody(list.replaceFirst("\"kind\":\"List\"", "\"kind\":\"SecretList\""));
        }
        return response;
    }

    private static RecordedRequest asJson(RecordedRequest request) {
        byte[] body = request.getBody().getBytes();
        if (!new String(body, 0, Math.min(4, body.length), UTF_8).equals("k8s\0")) {
            return request;
        }
        String json = Serialization.asJson(
                secret(ByteBuffer.wrap(body, 4, body.length - 4).slice()));
        return new RecordedRequest(
                request.getHttpVersion(),
                request.method(),
                request.getPath(),
                request.getHeaders()
                        .newBuilder()
                        .set("Content-Type", "application/json")
                        .build(),
                new Buffer(json.getBytes(UTF_8)));
    }

    private static Secret secret(ByteBuffer unknown) {
        ObjectMeta metadata = new ObjectMeta();
        Secret secret = new Secret();
        secret.setMetadata(metadata);
        fields(unknown, (ofUnknown, raw) -> {
            if (ofUnknown == 2) {
                fields(raw, (ofSecret, value) -> {
                    switch (ofSecret) {
                        case 1 -> fields(value, (ofMetadata, it) -> readInto(metadata, ofMetadata, it));
                        case 2 ->
                            entry(
                                    value,
                                    (key, it) -> secret.getData()
                                            .put(key, Base64.getEncoder().encodeToString(it)));
                        case 3 -> secret.setType(text(value));
                        default -> {} // nothing that Helm sets
                    }
                });
            }
        });
        return secret;
    }

    private static void readInto(ObjectMeta metadata, int field, ByteBuffer value) {
        switch (field) {
            case 1 -> metadata.setName(text(value));
            case 3 -> metadata.setNamespace(text(value));
            case 6 -> metadata.setResourceVersion(text(value));
            case 11 -> entry(value, (key, label) -> metadata.getLabels().put(key, new String(label, UTF_8)));
            default -> {} // what the server sets itself
        }
    }

    private static String text(ByteBuffer value) {
        return new String(bytes(value), UTF_8);
    }

    private static void entry(ByteBuffer entry, BiConsumer<String, byte[]> read) {
        Map<Integer, byte[]> pair = new LinkedHashMap<>();
        fields(entry, (number, value) -> pair.put(number, bytes(value)));
        read.accept(new String(pair.get(1), UTF_8), pair.getOrDefault(2, new byte[0]));
    }

    private static void fields(ByteBuffer message, BiConsumer<Integer, ByteBuffer> read) {
        while (message.hasRemaining()) {
            long tag = varint(message);
            switch ((int) tag & 7) {
                case VARINT -> varint(message);
                case LENGTH_DELIMITED -> {
                    int length = (int) varint(message);
                    ByteBuffer value = message.slice(message.position(), length);
                    message.position(message.position() + length);
                    read.accept((int) (tag >> 3), value);
                }
                default -> throw new IllegalArgumentException("wire type " + (tag & 7));
            }
        }
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static byte[] bytes(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }
}
