package io.github.exactlyonce.contracts.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.RedisSystemException;

class ReplyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRYAGAIN Multiple keys request during rehashing of slot",
                "CLUSTERDOWN Hash slot not served",
                "READONLY You can't write against a read only replica.",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                "LOADING Redis is loading the dataset in memory"
            })
    void whatRedisRefusesForNowIsKnownByItsFirstWord(String message) {
        RedisCommandExecutionException refused = new RedisCommandExecutionException(message);

        assertThat(Reply.failed(refused).isRefusedForNow()).isTrue();
        assertThat(Reply.isRefusedForNow(new RedisSystemException("Error in execution", refused)))
                .isTrue();
        assertThat(Reply.isRefusedForNow(new RedisException(message))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OOM command not allowed when used memory > 'maxmemory'.",
                "ERR the READONLY flag",
                "LOADINGS",
                "MOVED 866 127.0.0.1:6379"
            })
    void otherErrorAnswersAreNot(String message) {
        assertThat(Reply.failed(new RedisCommandExecutionException(message)).isRefusedForNow())
                .isFalse();
    }

    @Test
    void aNodeThatNamesAnotherOneIsKnownByItsFirstWord() {
        assertThat(Reply.isElsewhere(new RedisCommandExecutionException("MOVED 866 127.0.0.1:6379")))
                .isTrue();
        assertThat(Reply.isElsewhere(new RedisCommandExecutionException("ASK 866 127.0.0.1:6379")))
                .isTrue();
        assertThat(Reply.isElsewhere(new RedisCommandExecutionException("ERR MOVED")))
                .isFalse();
    }

    @Test
    void noFailureIsNone() {
        assertThat(new Reply<>(1L, null).isRefusedForNow()).isFalse();
        assertThat(Reply.isRefusedForNow(new RedisSystemException("Error in execution", null)))
                .isFalse();
        assertThat(Reply.failed(new RedisCommandExecutionException((String) null))
                        .isRefusedForNow())
                .isFalse();
    }
}
