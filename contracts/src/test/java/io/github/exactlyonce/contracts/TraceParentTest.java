package io.github.exactlyonce.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @Test
    void whatItWritesItReads() {
        assertThat(TraceParent.parse("00-" + TRACE + "-" + SPAN + "-01")).isEqualTo(new TraceParent(TRACE, SPAN, true));
        assertThat(TraceParent.parse("00-" + TRACE + "-" + SPAN + "-00"))
                .isEqualTo(new TraceParent(TRACE, SPAN, false));
        assertThat(new TraceParent(TRACE, SPAN, true)).hasToString("00-" + TRACE + "-" + SPAN + "-01");
        assertThat(new TraceParent(TRACE, SPAN, false)).hasToString("00-" + TRACE + "-" + SPAN + "-00");
    }

    @Test
    void onlyTheSampledFlagIsKept() {
        assertThat(TraceParent.parse("00-" + TRACE + "-" + SPAN + "-03"))
                .hasToString("00-" + TRACE + "-" + SPAN + "-01");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "00",
                "01-" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN,
                "00-" + TRACE + "-" + SPAN + "-01-more",
                "00-00000000000000000000000000000000-" + SPAN + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-0\"",
            })
    void anythingElseIsNone(String text) {
        assertThat(TraceParent.parse(text)).isNull();
    }
}
