package io.github.exactlyonce.inventory.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobScoreTest {

    @ParameterizedTest
    @CsvSource({
        "1798099200000,            2026-12-24T08:00:00Z,     0",
        "1798099200000.001,        2026-12-24T08:00:00Z,     1",
        "1798099200000.0029296875, 2026-12-24T08:00:00Z,     3",
        "0,                        1970-01-01T00:00:00Z,     0",
        "-5.5,                     1970-01-01T00:00:00Z,     0",
        "-inf,                     1970-01-01T00:00:00Z,     0",
        "253402300799999,          9999-12-31T23:59:59.999Z, 0",
        "253402300800000,          ,                         0",
        "1.7976931348623157e+308,  ,                         0",
        "inf,                      ,                         0"
    })
    void everyScoreThatRedisKeepsIsReadable(String score, String dueAt, int attempts) {
        JobScore read = JobScore.parse(score);

        assertThat(read.dueAt() == null ? null : read.dueAt().toString()).isEqualTo(dueAt);
        assertThat(read.attempts()).isEqualTo(attempts);
    }
}
