package io.github.exactlyonce.inventory.interleavings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The same checker on the algorithm that many copy, which neither does an order once nor keeps it. */
class TextbookInterleavingsTest extends WithSmallSystem {

    /** Its holder dies, and who was turned away never hears of the order again. */
    @Test
    void anOrderIsLostAfterTwoCommands() {
        Violation loss = assertBreaks(SCENARIOS.textbook(2));

        System.out.println(loss.trace());
        assertThat(loss.length()).isEqualTo(2);
        assertThat(loss.broken()).containsExactly("every replica heard of the order, and it is LOST");
    }

    /** Nobody dies and nothing expires: the second replica only hears of the order a little later. */
    @Test
    void anOrderIsDoneTwiceAfterFiveCommands() {
        Violation duplicate = assertBreaks(SCENARIOS.textbookWithoutCrashes(2));

        System.out.println(duplicate.trace());
        assertThat(duplicate.length()).isEqualTo(5);
        assertThat(duplicate.broken()).containsExactly("the order took its stock 2 times");
    }
}
