package io.github.exactlyonce.testbed.bench.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAnswerTest {

    private static final String WITH_LENGTH =
            "HTTP/1.1 201 \r\nLocation: /orders/a\r\nContent-Length: 5\r\nKeep-Alive: timeout=60\r\n\r\n{\"a\"}";
    private static final String IN_CHUNKS =
            "HTTP/1.1 201 \r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"}\r\n0\r\n\r\n";
    private static final String WITHOUT_BODY = "HTTP/1.1 202 \r\ncontent-length:0\r\n\r\n";

    @ParameterizedTest
    @ValueSource(strings = {WITH_LENGTH, IN_CHUNKS, WITHOUT_BODY})
    void anAnswerIsCompleteWithItsLastByteAndNotBefore(String answer) {
        for (int length = 0; length < answer.length(); length++) {
            assertThat(HttpAnswer.isComplete(answer.substring(0, length)))
                    .as("%d of %d bytes", length, answer.length())
                    .isFalse();
        }
        assertThat(HttpAnswer.isComplete(answer)).isTrue();
        assertThat(HttpAnswer.isSuccess(answer)).isTrue();
    }

    @Test
    void theServerSaysWhetherItClosesTheConnection() {
        assertThat(HttpAnswer.isLast(WITH_LENGTH)).isFalse();
        assertThat(HttpAnswer.isLast(WITH_LENGTH.replace("Keep-Alive: timeout=60", "Connection: close")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 503 \r\n", "HTTP/1.1 400 \r\n"})
    void whatIsRefusedIsNoSuccess(String answer) {
        assertThat(HttpAnswer.isSuccess(answer)).isFalse();
    }
}
