package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Speaks of what all other tests of this module saw, so it is the last one, and only runs with all of them. */
@Order(Integer.MAX_VALUE)
@EnabledIfSystemProperty(named = "surefire.real.class.path", matches = ".+")
@DisabledIfSystemProperty(named = "test", matches = ".+")
class AllDocumentedAnswersTest {

    @Test
    void everyAnswerThatIsDocumentedWasSeen() {
        assertThat(OrdersClient.API.unseen())
                .containsExactly(
                        "GET /orders/stream 503 too-many-streams"); // takes 500 clients; StreamingOrdersTest has fewer
        // without HTTP
    }

    @Test
    void everyMessageThatIsDocumentedWasHeard() {
        assertThat(ObservedRedis.MESSAGES.unseenOn(RedisKeys.ORDER_UPDATES)).isEmpty();
    }
}
