// What a cache operator tells a CDN of itself: footprints, capabilities, capacity.
export {};
