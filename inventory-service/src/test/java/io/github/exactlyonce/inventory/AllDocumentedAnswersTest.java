package io.github.exactlyonce.inventory;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
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
        assertThat(WithRedis.API.unseen()).isEmpty();
    }

    @Test
    void everyOutcomeThatIsDocumentedWasHeard() {
        assertThat(WithRedis.MESSAGES.unseenOn(RedisKeys.inventoryUpdates(MAIN)))
                .isEmpty();
    }
}
