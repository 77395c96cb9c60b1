package io.github.exactlyonce.testbed.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.exactlyonce.contracts.Warehouse;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SkewTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void ofOneWarehouseOneShardIsUsed(int shards) {
        double[] one = Skew.zipf(1, 1.2);

        assertThat(Skew.usable(one, rank -> shards - 1, shards)).isEqualTo(1.0 / shards);
        assertThat(Skew.boundByTheHottest(one, shards)).isEqualTo(1.0 / shards);
        assertThat(Skew.estimateByChance(one, shards)).isLessThanOrEqualTo(1.0 / shards);
    }

    @Test
    void ofWarehousesWithAsManyOrdersThatAreDealtOutAllShardsAreUsed() {
        assertThat(Skew.usable(Skew.zipf(30, 0), rank -> rank % 3, 3)).isCloseTo(1, within(1e-9));
    }

    @Test
    void ofManyWarehousesWithAsManyOrdersNearlyAllIsUsedWhereverChancePutsThem() {
        double[] many = Skew.zipf(1_000_000, 0);
        Random random = new Random(42);

        assertThat(Skew.estimateByChance(many, 3)).isGreaterThan(0.99);
        assertThat(Skew.usable(many, rank -> random.nextInt(3), 3)).isGreaterThan(0.99);
    }

    @Test
    void sharesFollowZipfAndAddUpToAll() {
        double[] shares = Skew.zipf(4, 1);

        assertThat(shares).containsExactly(new double[] {12 / 25.0, 6 / 25.0, 4 / 25.0, 3 / 25.0}, within(1e-9));
        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-9));
    }

    @Test
    void noPlacementGetsBeyondTheHottestWarehouse() {
        double[] shares = Skew.zipf(1_000, 1.2);
        Random random = new Random(42);
        for (int shards : new int[] {3, 10, 100}) {
            assertThat(Skew.usable(shares, rank -> random.nextInt(shards), shards))
                    .isLessThanOrEqualTo(Skew.boundByTheHottest(shares, shards));
        }
    }

    @Test
    void numberedNamesThatDifferByFourInTheLastDigitAreNeighbours() {
        assertThat(Shards.of(new Warehouse("w1"))).isEqualTo(Shards.of(new Warehouse("w5")));
        assertThat(Shards.of(new Warehouse("berlin-2"))).isEqualTo(Shards.of(new Warehouse("berlin-6")));
    }

    @Test
    void spreadWarehousesTakeTurnsOnTheShards() {
        assertThat(Shards.spread(8).stream().map(Shards::of)).containsExactly(0, 1, 2, 0, 1, 2, 0, 1);
    }
}
