package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.system.RedisCluster;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How much of all shards can be used before the hottest one is full. The warehouse of rank {@code i} has a share of the orders
 * that is proportional to {@code 1/i^s} (Zipf), its name decides where it is, and each shard has as many slots and can do as much as
 * any other. Numbered names are no random ones: a CRC is linear, so {@code w1} and {@code w5} are always 132 slots apart, and on one shard nearly
 * always.
 */
final class Skew {

    private static final List<Integer> SHARDS = List.of(3, 10, 30, 100);
    private static final List<Integer> WAREHOUSES_PER_SHARD = List.of(10, 100);
    private static final List<Double> EXPONENTS = List.of(0.0, 0.8, 1.0, 1.2);
    private static final int NAMINGS = 200;

    private Skew() {}

    static Report report() {
        Table table = Table.of(
                "Part of all shards that can be used before one is full",
                "shards",
                "warehouses",
                "s",
                "share of the hottest warehouse",
                "bound by the hottest",
                "estimate by chance",
                "median, random names",
                "5 % of these are below",
                "median, w1, w2 and so on");
        for (int shards : SHARDS) {
            for (int each : WAREHOUSES_PER_SHARD) {
                int warehouses = each * shards;
                int[][] random = placements(naming -> randomNames(naming, warehouses), shards);
                int[][] numbered = placements(naming -> numberedNames(naming, warehouses), shards);
                for (double s : EXPONENTS) {
                    double[] shares = zipf(warehouses, s);
                    double[] usable = usable(shares, random, shards);
                    table.row(
                            String.valueOf(shards),
                            String.valueOf(warehouses),
                            String.valueOf(s),
                            percent(shares[0]),
                            percent(boundByTheHottest(shares, shards)),
                            percent(estimateByChance(shares, shards)),
                            percent(usable[NAMINGS / 2]),
                            percent(usable[NAMINGS / 20]),
                            percent(usable(shares, numbered, shards)[NAMINGS / 2]));
                }
            }
        }
        String about =
                "A calculation, without Redis: %d namings of the warehouses, each placed by the CRC16 of its name."
                        .formatted(NAMINGS);
        return new Report(Part.SKEW.toString(), about, List.of(table), List.of());
    }

    /** Shares of all orders, the largest first. */
    static double[] zipf(int warehouses, double s) {
        double[] shares = IntStream.rangeClosed(1, warehouses)
                .mapToDouble(rank -> Math.pow(rank, -s))
                .toArray();
        double sum = Arrays.stream(shares).sum();
        return Arrays.stream(shares).map(share -> share / sum).toArray();
    }

    /** 1 if all shards have the same load; {@code 1/shards} if one has all of it. */
    static double usable(double[] shares, IntUnaryOperator shardOf, int shards) {
        double[] loads = new double[shards];
        for (int rank = 0; rank < shares.length; rank++) {
            loads[shardOf.applyAsInt(rank)] += shares[rank];
        }
        return 1 / (shards * Arrays.stream(loads).max().orElseThrow());
    }

    /** The hottest warehouse alone fills its shard: no placement gets beyond this. */
    static double boundByTheHottest(double[] shares, int shards) {
        return Math.min(1, 1 / (shards * shares[0]));
    }

    /**
     * Balls of different weights thrown into bins: a shard's load has the mean {@code 1/S} and the variance {@code Σ share² (1 − 1/S)/S}, and the
     * highest of S normal ones is about {@code √(2 ln S)} deviations above the mean. Nothing exceeds {@link #boundByTheHottest} all the same.
     */
    static double estimateByChance(double[] shares, int shards) {
        double squares = Arrays.stream(shares).map(share -> share * share).sum();
        double excess = Math.sqrt(2 * Math.log(shards) * (shards - 1) * squares);
        return Math.min(boundByTheHottest(shares, shards), 1 / (1 + excess));
    }

    /** One for each naming, in ascending order. */
    private static double[] usable(double[] shares, int[][] placements, int shards) {
        return Arrays.stream(placements)
                .mapToDouble(placement -> usable(shares, rank -> placement[rank], shards))
                .sorted()
                .toArray();
    }

    private static int[][] placements(IntFunction<Stream<String>> namesOf, int shards) {
        return IntStream.range(0, NAMINGS)
                .mapToObj(naming -> namesOf.apply(naming)
                        .mapToInt(name -> RedisCluster.indexOfOwner(RedisKeys.stock(new Warehouse(name)), shards))
                        .toArray())
                .toArray(int[][]::new);
    }

    private static Stream<String> randomNames(int naming, int warehouses) {
        Random random = new Random(naming);
        return IntStream.range(0, warehouses)
                .mapToObj(any -> Long.toString(random.nextLong() >>> 1, Character.MAX_RADIX));
    }

    /** {@code w1}, {@code w2}, … and the same after other words. */
    private static Stream<String> numberedNames(int naming, int warehouses) {
        String word = naming == 0 ? "w" : Integer.toString(naming, Character.MAX_RADIX) + "-w";
        return IntStream.rangeClosed(1, warehouses).mapToObj(number -> word + number);
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, part < 0.1 ? "%.1f %%" : "%.0f %%", 100 * part);
    }
}
