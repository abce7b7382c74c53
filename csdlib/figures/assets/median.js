// Where a picture belongs among its nearest works: the point with the least sum of distances to their places, by
// Weiszfeld's method with as many rounds as in Python (csdlib.maps.StyleMap.place). No two things are nearer than closest.

const ROUNDS = 50;

function geometricMedian(points, closest) {
  const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);
  const mean = (weights) => [0, 1].map((axis) => sum(points.map((point, at) => weights[at] * point[axis])) / sum(weights));
  let middle = mean(points.map(() => 1));
  for (let round = 0; round < ROUNDS; round++) {
    middle = mean(points.map(([x, y]) => 1 / Math.max(Math.hypot(x - middle[0], y - middle[1]), closest)));
  }
  return middle;
}
