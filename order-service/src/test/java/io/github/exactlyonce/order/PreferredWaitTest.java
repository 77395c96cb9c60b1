package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferredWaitTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "wait=2                                          | wait=2",
                "respond-async, wait=10                          | wait=10",
                "WAIT = 3 ; speed=\"a,b;c\" ; x, return=minimal  | wait=3",
                "note=\"wait=9, \\\" wait=8\", ,, wait=7         | wait=7",
                "wait=1, wait=5                                  | wait=1",
                "wait=007                                        | wait=7",
                "wait=3600                                       | wait=30",
                "wait=99999999999999999999                       | wait=30"
            })
    void theFirstOneCountsAndALongOneIsCut(String header, String applied) {
        assertThat(read(header)).map(PreferredWait::text).contains(applied);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "respond-async",
                "wait",
                "wait=",
                "wait=0",
                "wait=-1",
                "wait=2.5",
                "wait=two",
                "wait=\"2",
                "wait=2 3",
                "wait=x, wait=5",
                "=2",
                "waiting=2",
                "wait=2\u0085", // which a regular expression may take for the end of a line
                "wait=2\n",
                "note=\"wait=2\""
            })
    void whatIsNoWaitIsIgnored(String header) {
        assertThat(read(header)).isEmpty();
    }

    @Test
    void linesOfTheHeaderAreOneList() {
        assertThat(read("respond-async", "wait=4", "wait=5"))
                .map(PreferredWait::text)
                .contains("wait=4");
        assertThat(read()).isEmpty();
    }

    private static Optional<PreferredWait> read(String... lines) {
        return PreferredWait.of(Collections.enumeration(Arrays.asList(lines)));
    }
}
