// The way back from a utility's site ends in a window that Connect has opened.
window.close();
