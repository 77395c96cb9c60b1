package io.github.exactlyonce.contracts.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers of known length, so that the web server sends each with one write: of unknown length they are chunked (RFC 9112,
 * 7.1), and their end is one more write, and one more packet for the client. All answers here are small enough to be held.
 */
public class JsonAnswers extends JacksonJsonHttpMessageConverter {

    private static final int USUAL_SIZE = 512;

    public JsonAnswers(JsonMapper mapper) {
        super(mapper);
    }

    /** It is asked before Spring's own converters, and bytes are JSON already: it would make a string of them. */
    @Override
    public boolean canWrite(ResolvableType type, Class<?> answer, @Nullable MediaType wanted) {
        return answer != byte[].class && super.canWrite(type, answer, wanted);
    }

    @Override
    protected void writeInternal(
            Object answer, ResolvableType type, HttpOutputMessage message, @Nullable Map<String, Object> hints)
            throws IOException {
        Held held = new Held(message.getHeaders());
        super.writeInternal(answer, type, held, hints);
        HttpHeaders headers = message.getHeaders();
        headers.setContentLength(held.bytes.size());
        if (headers.getFirst(HttpHeaders.CACHE_CONTROL) == null) { // it is so now, and for whom it was asked
            headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
        }
        held.bytes.writeTo(message.getBody());
    }

    private record Held(HttpHeaders headers, ByteArrayOutputStream bytes) implements HttpOutputMessage {

        Held(HttpHeaders headers) {
            this(headers, new ByteArrayOutputStream(USUAL_SIZE));
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public OutputStream getBody() {
            return bytes;
        }
    }
}
