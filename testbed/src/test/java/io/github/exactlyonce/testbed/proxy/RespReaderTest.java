package io.github.exactlyonce.testbed.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespReaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+OK\r\n",
                "-ERR no\r\n",
                ":42\r\n",
                "_\r\n",
                "$5\r\na\r\nbc\r\n",
                "$0\r\n\r\n",
                "$-1\r\n",
                "*0\r\n",
                "*-1\r\n",
                "*2\r\n*1\r\n:1\r\n$1\r\na\r\n",
                "%1\r\n+key\r\n*2\r\n:1\r\n:2\r\n",
                "~1\r\n:1\r\n",
                "|1\r\n+ttl\r\n:3\r\n:42\r\n",
                "=7\r\ntxt:abc\r\n",
                ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\n>3\r\n"
            })
    void aValueEndsWhereTheNextBegins(String value) throws IOException {
        assertThat(all(value + "+next\r\n" + value)).containsExactly(value, "+next\r\n", value);
    }

    @Test
    void whatBreaksOffInTheMiddleIsNoValue() throws IOException {
        assertThat(all("+OK\r\n*2\r\n:1\r\n$5\r\nab")).containsExactly("+OK\r\n");
    }

    @Test
    void whatIsNotRespIsSaid() {
        assertThatThrownBy(() -> all("$five\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessage("not RESP: $five");
    }

    private static List<String> all(String stream) throws IOException {
        RespReader reader = new RespReader(new ByteArrayInputStream(stream.getBytes(ISO_8859_1)));
        List<String> values = new ArrayList<>();
        for (byte[] value = reader.next(); value != null; value = reader.next()) {
            values.add(new String(value, ISO_8859_1));
        }
        return values;
    }
}
